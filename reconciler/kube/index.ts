export { connect, type ConnectOptions } from "./connect";
export { isKubeStatus, KubeError } from "./error";
export { createEventSender, type EventOptions, type EventSender, type EventTarget, type EventType } from "./events";
export { ownNamespace } from "./in-cluster";
export { createLease, type Lease, type LeaseOptions } from "./lease";
export { resourcePath } from "./path";
export * from "./resources";
export * from "./types";
export { watch, type WatchTuning } from "./watch";
