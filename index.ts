/**
 * Package `keyturn`: the pure model (environments, teams, secrets, consumers, plan), and {@link KeyturnValidation}, the cdk8s
 * validation plugin, which the cdk8s CLI can load only from a package's main file.
 * @module keyturn
 */
export * from "./components";
export { KeyturnValidation } from "./policies/cdk8s";
