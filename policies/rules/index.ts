import { endingGrant } from "./access/ending-grant";
import { expiredGrant } from "./access/expired-grant";
import { externalSecretOfAnotherEnvironment } from "./environment/external-secret-of-another-environment";
import { storeOfAnotherEnvironment } from "./environment/store-of-another-environment";
import type { Rule } from "./rule";
import { literalSecret } from "./secret/literal-secret";
import { pathOutsideTeam } from "./store/path-outside-team";

/** Every rule keyturn brings, by id. */
export const rules: readonly Rule[] = [
  expiredGrant,
  endingGrant,
  storeOfAnotherEnvironment,
  externalSecretOfAnotherEnvironment,
  literalSecret,
  pathOutsideTeam,
];

export {
  endingGrant,
  expiredGrant,
  externalSecretOfAnotherEnvironment,
  literalSecret,
  pathOutsideTeam,
  storeOfAnotherEnvironment,
};
export { hideValue, showValue } from "./show";
export { read, readList, readText, UNKNOWN } from "./unknown";
export * from "./rule";
