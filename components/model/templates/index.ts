export { connectionUrl, type UrlParts } from "./connection-url";
export { dockerConfigJson, type RegistryLogin } from "./docker-config";
export { envFile, type EnvFileOptions } from "./env-file";
export { jsonObject, type JsonPart } from "./json-object";
export { literal, type Literal, type Part, type Scalar } from "./part";
export { tls, type TlsParts } from "./tls-secret";
