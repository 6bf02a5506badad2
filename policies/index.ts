/**
 * Package `keyturn/policies`: the rules, the engine that runs them, reports, and the rules as Pulumi policies and cdk8s plugin.
 * @module keyturn/policies
 */
export * from "./rules";
export * from "./engine";
export * from "./reports";
export { parseManifests, type ParsedManifests } from "./manifests/parse";
export { parseEnvironmentsText } from "./manifests/environments";
export * from "./pulumi";
export { KeyturnValidation, type Cdk8sValidationContext, type KeyturnValidationProperties } from "./cdk8s";
