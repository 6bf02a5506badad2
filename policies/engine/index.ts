export { catalogue, judge, type JudgeOptions } from "./judge";
export type { Manifest, ManifestSource } from "./manifest";
export * from "./report";
export { suppressionRule, type RuleInfo } from "./suppression";
