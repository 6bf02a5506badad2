import { record } from "../fields";
import { goString } from "../go-template";
import type { TemplateSpec } from "../template";
import { helping, textOperand, type Part } from "./part";

/** Who logs in to a registry. */
export interface RegistryLogin {
  readonly username: Part;
  readonly password: Part;
  readonly email?: Part;
}

/**
 * An image pull secret (`kubernetes.io/dockerconfigjson`), by registry.
 * @example
 * template: dockerConfigJson({ "registry.example.com": { username: "user", password: "token" } })
 * @throws DeclarationError
 */
export function dockerConfigJson(registries: Readonly<Record<string, RegistryLogin>>): TemplateSpec {
  return helping("dockerConfigJson", ".dockerconfigjson", (place) => {
    const fields = record(place, registries) ?? {};
    const names = Object.keys(fields).sort();
    if (names.length === 0) place.report("has no registry");
    const auths = names.map((registry) => {
      const at = place.at(registry);
      if (!/^(?:https?:\/\/)?[A-Za-z0-9][\w.:/-]*$/.test(registry))
        at.report('is not the name of a registry, such as "registry.example.com"');
      const login = record(at, fields[registry]) ?? {};
      at.onlyFields(login, ["username", "password", "email"]);
      const user = textOperand(at.at("username"), login.username);
      const password = textOperand(at.at("password"), login.password);
      const email = login.email === undefined ? "" : ` "email" ${textOperand(at.at("email"), login.email)}`;
      const auth = `(printf "%s:%s" ${user} ${password} | b64enc)`;
      return `${goString(registry)} (dict "username" ${user} "password" ${password}${email} "auth" ${auth})`;
    });
    return {
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": `{{ dict "auths" (dict ${auths.join(" ")}) | toJson }}` },
    };
  });
}
