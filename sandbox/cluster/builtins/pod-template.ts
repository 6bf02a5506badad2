import { ensure, fieldsOf, fill, isFields, listOf, type Fields } from "../../json";

/** Defaults of a pod's spec as the API server fills them in (the ones that are visible in templates). */
export function defaultPodSpec(spec: Fields): void {
  fill(spec, "restartPolicy", "Always");
  fill(spec, "terminationGracePeriodSeconds", 30);
  fill(spec, "dnsPolicy", "ClusterFirst");
  fill(spec, "schedulerName", "default-scheduler");
  fill(spec, "securityContext", {});
  if (typeof spec.serviceAccountName === "string" && spec.serviceAccountName !== "")
    spec.serviceAccount = spec.serviceAccountName;
  for (const field of ["containers", "initContainers"])
    for (const container of listOf(spec, field)) if (isFields(container)) defaultContainer(container);
  for (const volume of listOf(spec, "volumes")) if (isFields(volume)) defaultVolume(volume);
}

function defaultContainer(container: Fields): void {
  fill(container, "resources", {});
  fill(container, "terminationMessagePath", "/dev/termination-log");
  fill(container, "terminationMessagePolicy", "File");
  const image = typeof container.image === "string" ? container.image : "";
  const tag = /:([^:/@]+)$/.exec(image)?.[1];
  const always = !image.includes("@") && (tag === undefined || tag === "latest");
  fill(container, "imagePullPolicy", always ? "Always" : "IfNotPresent");
  for (const port of listOf(container, "ports")) if (isFields(port)) fill(port, "protocol", "TCP");
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const value = fieldsOf(container, probe);
    if (value !== undefined) defaultProbe(value);
  }
  for (const variable of listOf(container, "env")) {
    const reference = fieldsOf(fieldsOf(isFields(variable) ? variable : {}, "valueFrom"), "fieldRef");
    if (reference !== undefined) fill(reference, "apiVersion", "v1");
  }
}

function defaultProbe(probe: Fields): void {
  fill(probe, "timeoutSeconds", 1);
  fill(probe, "periodSeconds", 10);
  fill(probe, "successThreshold", 1);
  fill(probe, "failureThreshold", 3);
  const http = fieldsOf(probe, "httpGet");
  if (http !== undefined) {
    fill(http, "path", "/");
    fill(http, "scheme", "HTTP");
  }
}

const FILE_MODE = 0o644;

function defaultVolume(volume: Fields): void {
  if (Object.keys(volume).every((key) => key === "name")) volume.emptyDir = {};
  for (const source of ["secret", "configMap", "projected", "downwardAPI"]) {
    const value = fieldsOf(volume, source);
    if (value !== undefined) fill(value, "defaultMode", FILE_MODE);
  }
  for (const source of listOf(fieldsOf(volume, "projected"), "sources")) {
    const token = fieldsOf(isFields(source) ? source : {}, "serviceAccountToken");
    if (token !== undefined) fill(token, "expirationSeconds", 3600);
  }
}

/** The template of a workload, with defaults. */
export function defaultTemplate(spec: Fields): void {
  const template = ensure(spec, "template");
  const metadata = ensure(template, "metadata");
  for (const key of ["labels", "annotations"])
    if (Object.keys(fieldsOf(metadata, key) ?? { used: true }).length === 0) delete metadata[key];
  const podSpec = ensure(template, "spec");
  dropEmptyLists(podSpec);
  defaultPodSpec(podSpec);
}

/** Go leaves empty lists out. */
export function dropEmptyLists(fields: Fields): void {
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (isFields(value)) dropEmptyLists(value);
    else if (Array.isArray(value)) {
      if (value.length === 0) delete fields[key];
      for (const entry of value as unknown[]) if (isFields(entry)) dropEmptyLists(entry);
    }
  }
}
