export { createAudit, type AuditOptions } from "./audit";
export { watchEventLoop, type EventLoopMonitor } from "./event-loop";
export { serveObserve, type Check, type ObserveServer, type ObserveServerOptions } from "./health";
export { createLog, LOG_LEVELS, type LogOptions } from "./log";
export { METRICS, type MetricDefinition } from "./metric-names";
export { createMetrics, type MetricsRegistry } from "./metrics";
export * from "./types";
