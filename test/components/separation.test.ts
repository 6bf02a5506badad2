import { environment, plan, team, teamAccess, type Environment } from "keyturn";

const of = (name: string, mount: string, address = "https://v:8200"): Environment =>
  environment(name, {
    vault: { address, kv: { mount }, login: { kubernetes: { mount: `k8s-${name}` } } },
    audit: { collectedBy: "Loki" },
  });
const notes = (...environments: readonly Environment[]) =>
  plan(environments.map((one) => teamAccess("a", { team: team(one, "a", { namespaces: [`a-${one.name}`] }) }))).notes;

it("two environments that keep their secrets in one KV mount of one Vault are noted, whatever their order", () => {
  const expected = [
    {
      environment: "prod",
      about: "separation",
      message:
        'keeps its secrets in the KV mount "kv" of the same Vault as environment "dev": ' +
        "teams with the same prefix read the same values; give each environment a mount of its own",
    },
  ];
  expect(notes(of("dev", "kv"), of("prod", "kv"))).toEqual(expected);
  expect(notes(of("prod", "kv"), of("dev", "kv"))).toEqual(expected);
});

it("another mount or another Vault is separate", () => {
  expect(notes(of("dev", "dev"), of("prod", "prod"))).toEqual([]);
  expect(notes(of("dev", "kv"), of("prod", "kv", "https://w:8200"))).toEqual([]);
});
