import { APPLY, causesOf, freshNamespace, unique, type Target } from "../target";

/** The built-in kinds that keyturn's manifests consist of. */
export function kindContract(open: () => Target): void {
  let namespace = "";
  const suffix = unique("kinds");
  beforeAll(async () => {
    namespace = await freshNamespace(open());
  });

  const namespaced = (group: string, plural: string) => (name: string) =>
    `${group === "" ? "/api/v1" : `/apis/${group}`}/namespaces/${namespace}/${plural}/${name}`;
  const cluster = (group: string, plural: string) => (name: string) => `/apis/${group}/${plural}/${name}`;
  const rbac = "rbac.authorization.k8s.io";
  const admission = "admissionregistration.k8s.io/v1";
  const labels = { matchLabels: { app: "x" } };

  test.each<readonly [string, string, (name: string) => string, object, boolean]>([
    ["v1", "ConfigMap", namespaced("", "configmaps"), { data: { "a.js": "b" } }, false],
    ["v1", "ServiceAccount", namespaced("", "serviceaccounts"), { automountServiceAccountToken: false }, false],
    [
      "v1",
      "Service",
      namespaced("", "services"),
      { spec: { selector: { app: "x" }, ports: [{ name: "m", port: 80 }] } },
      false,
    ],
    [
      `${rbac}/v1`,
      "Role",
      namespaced(`${rbac}/v1`, "roles"),
      { rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }] },
      false,
    ],
    [
      `${rbac}/v1`,
      "RoleBinding",
      namespaced(`${rbac}/v1`, "rolebindings"),
      {
        roleRef: { apiGroup: rbac, kind: "Role", name: "r" },
        subjects: [{ kind: "ServiceAccount", name: "default", namespace: "default" }],
      },
      false,
    ],
    [
      `${rbac}/v1`,
      "ClusterRole",
      cluster(`${rbac}/v1`, "clusterroles"),
      { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "patch"] }] },
      false,
    ],
    [
      "networking.k8s.io/v1",
      "NetworkPolicy",
      namespaced("networking.k8s.io/v1", "networkpolicies"),
      { spec: { podSelector: labels, policyTypes: ["Egress"] } },
      true,
    ],
    [
      "policy/v1",
      "PodDisruptionBudget",
      namespaced("policy/v1", "poddisruptionbudgets"),
      { spec: { minAvailable: 1, selector: labels } },
      true,
    ],
    [
      "batch/v1",
      "CronJob",
      namespaced("batch/v1", "cronjobs"),
      {
        spec: {
          schedule: "15 3 * * *",
          jobTemplate: {
            spec: { template: { spec: { restartPolicy: "OnFailure", containers: [{ name: "c", image: "i" }] } } },
          },
        },
      },
      true,
    ],
    [
      admission,
      "ValidatingAdmissionPolicy",
      cluster(admission, "validatingadmissionpolicies"),
      {
        spec: {
          failurePolicy: "Fail",
          matchConstraints: {
            resourceRules: [
              { apiGroups: ["example.com"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] },
            ],
          },
          validations: [{ expression: "true", message: "m" }],
        },
      },
      true,
    ],
    [
      admission,
      "ValidatingAdmissionPolicyBinding",
      cluster(admission, "validatingadmissionpolicybindings"),
      { spec: { policyName: "none.example.com", validationActions: ["Deny"] } },
      true,
    ],
  ])(
    "%s %s is applied once, reads back, and applied again changes nothing",
    async (apiVersion, kind, path, fields, counts) => {
      const { kube } = open();
      const at = path(suffix);
      const apply = () =>
        kube.ask("PATCH", `${at}?fieldManager=kinds&force=true`, {
          body: { apiVersion, kind, metadata: { name: suffix, labels: { a: "b" } }, ...fields },
          headers: APPLY,
        });
      const made = await apply();
      expect([made.status, made.json.kind, made.json.metadata.generation]).toEqual([201, kind, counts ? 1 : undefined]);
      expect(made.json).toMatchObject({ metadata: { labels: { a: "b" } }, ...fields });
      const again = await apply();
      // Where a controller writes status meanwhile, the generation tells.
      const key = counts ? "generation" : "resourceVersion";
      expect([again.status, again.json.metadata[key]]).toEqual([200, made.json.metadata[key]]);
      expect((await kube.ask("GET", at)).json).toMatchObject(fields);
      expect((await kube.ask("DELETE", at)).status).toBe(200);
    },
  );

  test("a CronJob gets its defaults, and needs a schedule and a restart policy for jobs", async () => {
    const { kube } = open();
    const path = `/apis/batch/v1/namespaces/${namespace}/cronjobs`;
    const body = (spec: object, restartPolicy?: string): object => ({
      metadata: { name: unique("cj") },
      spec: {
        ...spec,
        jobTemplate: { spec: { template: { spec: { restartPolicy, containers: [{ name: "c", image: "i:1" }] } } } },
      },
    });
    const made = await kube.ask("POST", path, { body: body({ schedule: "@daily" }, "Never") });
    expect([made.status, made.json.spec]).toEqual([
      201,
      {
        schedule: "@daily",
        concurrencyPolicy: "Allow",
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
        jobTemplate: {
          metadata: {},
          spec: {
            template: {
              metadata: {},
              spec: {
                restartPolicy: "Never",
                terminationGracePeriodSeconds: 30,
                dnsPolicy: "ClusterFirst",
                schedulerName: "default-scheduler",
                securityContext: {},
                containers: [
                  {
                    name: "c",
                    image: "i:1",
                    resources: {},
                    terminationMessagePath: "/dev/termination-log",
                    terminationMessagePolicy: "File",
                    imagePullPolicy: "IfNotPresent",
                  },
                ],
              },
            },
          },
        },
      },
    ]);
    const refused = await kube.ask("POST", path, { body: body({}) });
    expect([refused.status, causesOf(refused)]).toEqual([
      422,
      ["spec.jobTemplate.spec.template.spec.restartPolicy: FieldValueRequired", "spec.schedule: FieldValueRequired"],
    ]);
  });

  test("a role binding's role cannot change", async () => {
    const { kube } = open();
    const path = `/apis/${rbac}/v1/namespaces/${namespace}/rolebindings`;
    const body = (name: string): object => ({
      metadata: { name: "fixed" },
      roleRef: { apiGroup: rbac, kind: "Role", name },
    });
    await kube.ask("POST", path, { body: body("a") });
    const changed = await kube.ask("PUT", `${path}/fixed`, { body: body("b") });
    expect([changed.status, changed.json.details.causes.map(({ field }) => field)]).toEqual([422, ["roleRef"]]);
  });
}
