import { randomBytes } from "node:crypto";
import { clone, isFields, type Fields } from "../json";
import { listen, answer, type RunningServer } from "../https-server";
import { RequestCounter } from "../request-counter";
import type { SandboxTls } from "../tls";
import { ApiServer } from "./api-server";
import { builtIn } from "./builtins/table";
import { GarbageCollector } from "./garbage-collector";
import { Authenticator } from "./identity";
import type { Body, Kind } from "./kinds";
import { DEFAULT_WRITE, Objects } from "./objects";
import { Rbac } from "./rbac";
import { Registry } from "./registry";
import { Storage } from "./storage";
import { TokenIssuer, type TokenClaims } from "./tokens";
import { Simulator } from "./workloads/simulator";

export interface ClusterOptions {
  readonly msPerPod: number;
  readonly watchHistory: number;
  readonly bookmarkMs: number;
  readonly rbac: boolean;
  readonly crds: readonly object[];
}

export interface Cluster {
  readonly server: RunningServer;
  readonly adminToken: string;
  readonly storage: Storage;
  readonly simulator: Simulator;
  readonly requests: RequestCounter;
  /** Who a ServiceAccount token speaks for, whatever audience it was made for. */
  reviewAnyAudience(token: string): TokenClaims | undefined;
  stop(): Promise<void>;
}

const BODY_LIMIT = 3 * 1024 * 1024;

/** Starts the cluster: namespaces, roles, CRDs and one node are there when it resolves. */
export async function startCluster(tls: SandboxTls, options: ClusterOptions): Promise<Cluster> {
  const now = (): Date => new Date();
  const storage = new Storage(options.watchHistory);
  const registry = new Registry(storage);
  const objects = new Objects(storage, now);
  const collector = new GarbageCollector(objects, registry);
  const simulator = new Simulator(objects, collector, options.msPerPod);
  const issuer = new TokenIssuer(now);
  const adminToken = randomBytes(24).toString("base64url");
  const authenticator = new Authenticator(storage, issuer, adminToken);
  const requests = new RequestCounter();
  furnishNamespaces(objects, tls.caPem);
  seed(objects, options.crds);
  const api = new ApiServer({
    objects,
    registry,
    authenticator,
    issuer,
    rbac: new Rbac(storage),
    enforceRbac: options.rbac,
    requests,
    bookmarkMs: options.bookmarkMs,
  });
  const server = await listen(tls, {
    bodyLimit: BODY_LIMIT,
    handler: (request, response, body) => api.handle(request, response, body),
    onError: (error, response) => api.refuse(error, response),
    onTooLarge: (response) =>
      answer(
        response,
        413,
        JSON.stringify({
          kind: "Status",
          apiVersion: "v1",
          metadata: {},
          status: "Failure",
          message: `Request entity too large: limit is ${BODY_LIMIT}`,
          reason: "RequestEntityTooLarge",
          code: 413,
        }),
      ),
  });
  return {
    server,
    adminToken,
    storage,
    simulator,
    requests,
    reviewAnyAudience: (token) => {
      const claims = issuer.read(token);
      return claims === undefined || authenticator.user(token, claims.audiences) === undefined ? undefined : claims;
    },
    stop: async () => {
      simulator.stop();
      collector.stop();
      await server.stop();
    },
  };
}

/** Every new namespace gets its default ServiceAccount and the cluster's CA. */
function furnishNamespaces(objects: Objects, caPem: string): void {
  objects.storage.listenAll((change) => {
    if (change.type !== "ADDED" || change.kind.id !== "namespaces") return;
    const namespace = change.object.metadata.name;
    create(objects, builtIn("ServiceAccount"), { metadata: { name: "default" } }, namespace);
    create(
      objects,
      builtIn("ConfigMap"),
      { metadata: { name: "kube-root-ca.crt" }, data: { "ca.crt": caPem } },
      namespace,
    );
  });
}

function create(objects: Objects, kind: Kind, body: object, namespace?: string): void {
  const context = { ...DEFAULT_WRITE, kind, version: kind.versions[0] ?? "v1", manager: "kube-controller-manager" };
  objects.create(namespace === undefined ? context : { ...context, namespace }, body as Body);
}

const ALL = ["*"];

function seed(objects: Objects, crds: readonly object[]): void {
  for (const name of ["default", "kube-system", "kube-public", "kube-node-lease"])
    create(objects, builtIn("Namespace"), { metadata: { name } });
  create(objects, builtIn("Node"), {
    metadata: { name: "sandbox", labels: { "kubernetes.io/hostname": "sandbox" } },
    status: { conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }] },
  });
  const roles: readonly {
    readonly name: string;
    readonly rules: readonly Fields[];
    readonly groups: readonly string[];
  }[] = [
    {
      name: "cluster-admin",
      rules: [
        { apiGroups: ALL, resources: ALL, verbs: ALL },
        { nonResourceURLs: ALL, verbs: ALL },
      ],
      groups: ["system:masters"],
    },
    {
      name: "system:basic-user",
      rules: [{ apiGroups: ["authorization.k8s.io"], resources: ["selfsubjectaccessreviews"], verbs: ["create"] }],
      groups: ["system:authenticated"],
    },
    {
      name: "system:auth-delegator",
      rules: [
        { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
        { apiGroups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"], verbs: ["create"] },
      ],
      groups: [],
    },
  ];
  for (const { name, rules, groups } of roles) {
    create(objects, builtIn("ClusterRole"), { metadata: { name }, rules });
    for (const group of groups)
      create(objects, builtIn("ClusterRoleBinding"), {
        metadata: { name },
        subjects: [{ kind: "Group", name: group }],
        roleRef: { kind: "ClusterRole", name },
      });
  }
  for (const crd of crds) {
    const { apiVersion: _, kind: __, ...body } = clone(crd) as Fields;
    if (isFields(body.metadata)) create(objects, builtIn("CustomResourceDefinition"), body);
  }
}
