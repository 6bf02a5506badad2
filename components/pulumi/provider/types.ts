import type { AccessFile, AuditData, AuditDevice, ExtraGrant, Grant } from "../../../api";
import type { JwtKeysSpec, KubernetesApiSpec } from "../../model/api-server";
import type { AppSecretSpec } from "../../model/app-secret";
import type { RequestRate } from "../../model/budget";
import type { ClusterSpec } from "../../model/clusters";
import type { CaSpec, EnvironmentSpec, ReconcilerIdentitySpec, VaultSpec } from "../../model/environment";
import type { FindSpec, FromSpec } from "../../model/from";
import type { GeneratorSpec } from "../../model/generator";
import type {
  AppRoleLoginSpec,
  CertLoginSpec,
  JwtLoginSpec,
  KubernetesLoginSpec,
  LdapLoginSpec,
  LoginSpec,
  SecretKey,
  UserPassLoginSpec,
} from "../../model/login";
import type { KeyObject } from "../../model/reference";
import type { MergeSpec, RewriteSpec } from "../../model/rewrite";
import type { SyncWindowsSpec } from "../../model/sync-windows";
import type { ManifestSpec } from "../../model/target";
import type { TeamSpec } from "../../model/team";
import type { PrefixGrant } from "../../model/team-access";
import type { TemplateFile, TemplateSource, TemplateSpec } from "../../model/template";
import { choice, COUNT, field, FLAG, listOf, mapOf, needed, NUMBER, object, oneOf, TEXT, type FieldsOf } from "./field";

// The declarations as the schema describes them. What a field does is said in full at the TypeScript interface of the same name.

type Named = { readonly name: string };

const SECRET_KEY = object<SecretKey>("SecretKey", "A key of a Secret: where a credential lies, never what it is.", {
  secret: needed(TEXT, "Name of the Secret, in the consuming namespace."),
  key: needed(TEXT, "Key in it."),
});

const MOUNT = (byDefault: string) => field(TEXT, `Where the auth method is mounted. Default \`${byDefault}\`.`);
const AUDIENCE = field(TEXT, "Audience of the tokens. Default `vault-<environment>`.");
const TOKEN_TTL = field(TEXT, "How long a login lasts: a Go duration from one minute to one day. Default `20m`.");
const USERNAME = field(TEXT, "`{team}` stands for the team's name. Default `keyturn-<environment>-{team}`.");
const PASSWORD = needed(SECRET_KEY, "Where the password lies.");

const LOGIN = object<LoginSpec>(
  "Login",
  "How the identities of an environment log in to its Vault; exactly one of the methods. Credentials are references, never values.",
  {
    kubernetes: field(
      object<KubernetesLoginSpec["kubernetes"]>("KubernetesLogin", "By a token of the team's ServiceAccount.", {
        mount: needed(TEXT, "Where the auth method is mounted: `k8s-prod` for `auth/k8s-prod`."),
        audience: AUDIENCE,
        reviewer: field(
          choice("TokenReviewer", "Who asks the API server whether a token is genuine.", "vault", "client"),
          "Default `vault`.",
        ),
        apiAudience: field(TEXT, "The API server's own audience, needed by reviewer `client`."),
        tokenTtl: TOKEN_TTL,
      }),
      "Vault's Kubernetes auth method.",
    ),
    jwt: field(
      object<JwtLoginSpec["jwt"]>("JwtLogin", "By a ServiceAccount token that Vault verifies by public keys.", {
        mount: MOUNT("jwt"),
        audience: AUDIENCE,
        tokenTtl: TOKEN_TTL,
      }),
      "Vault's JWT auth method.",
    ),
    appRole: field(
      object<AppRoleLoginSpec["appRole"]>("AppRoleLogin", "By a role id and a secret id.", {
        mount: MOUNT("approle"),
        roleId: needed(SECRET_KEY, "Where the role id lies."),
        secretId: needed(SECRET_KEY, "Where the secret id lies."),
      }),
      "Vault's AppRole auth method.",
    ),
    userPass: field(
      object<UserPassLoginSpec["userPass"]>("UserPassLogin", "By a user of Vault.", {
        mount: MOUNT("userpass"),
        username: USERNAME,
        password: PASSWORD,
      }),
      "Vault's userpass auth method.",
    ),
    ldap: field(
      object<LdapLoginSpec["ldap"]>("LdapLogin", "By a user of a directory.", {
        mount: MOUNT("ldap"),
        username: USERNAME,
        password: PASSWORD,
      }),
      "Vault's LDAP auth method.",
    ),
    cert: field(
      object<CertLoginSpec["cert"]>("CertLogin", "By a TLS client certificate.", {
        mount: MOUNT("cert"),
        role: field(TEXT, "Name of the certificate role. Default `keyturn-<environment>-{team}`."),
        certificate: needed(SECRET_KEY, "Where the certificate lies."),
        privateKey: needed(SECRET_KEY, "Where its key lies."),
      }),
      "Vault's TLS certificate auth method.",
    ),
    tokenSecret: field(SECRET_KEY, "By a token that lies in a Secret."),
    token: field(SECRET_KEY, "Short name of `tokenSecret`."),
  },
);

const KEY_OF = object<{ name: string; key: string }>("KeyOfObject", "A key of a ConfigMap or Secret.", {
  name: needed(TEXT, "Name of the object."),
  key: needed(TEXT, "Key in it."),
});

export const RATE = object<RequestRate>("RequestRate", "How much a Vault may be asked.", {
  requestsPerSecond: needed(NUMBER, "Requests a second, above 0."),
});

export const AUDIT_DEVICE = object<AuditDevice>("AuditDevice", "An audit device of Vault.", {
  type: field(
    choice("AuditDeviceType", "What a device writes to.", "file", "socket", "syslog"),
    "Of a Platform `file` by default.",
  ),
  path: field(TEXT, "Where it is mounted below `sys/audit`. Default: its type."),
  file: field(TEXT, "Of type `file`: an absolute path on the host of Vault, or `stdout`."),
  address: field(TEXT, "Of type `socket`: `host:port`, or the path of a Unix socket."),
  socketType: field(
    choice("AuditSocketType", "What the socket speaks.", "tcp", "udp", "unix"),
    "Of type `socket`. Default `tcp`.",
  ),
  facility: field(TEXT, "Of type `syslog`. Default `AUTH`."),
  tag: field(TEXT, "Of type `syslog`. Default `vault`."),
});

const VAULT = object<VaultSpec>("Vault", "One Vault or OpenBao server.", {
  address: needed(TEXT, "`https://host:port`."),
  namespace: field(TEXT, "Vault namespace. Default: the root namespace."),
  kv: needed(
    object<VaultSpec["kv"]>("KvMount", "A KV mount.", {
      mount: needed(TEXT, "Its path."),
      version: field(COUNT, "1 or 2. Default 2."),
    }),
    "The KV mount of the environment.",
  ),
  login: needed(LOGIN, "How the teams log in."),
  ca: field(
    object<CaSpec>("Ca", "Who signed the server's certificate; exactly one of these.", {
      pem: field(TEXT, "PEM certificates."),
      configMap: field(KEY_OF, "The key of a ConfigMap, in every namespace of the environment."),
      secret: field(KEY_OF, "The key of a Secret, in every namespace of the environment."),
    }),
    "Default: the CAs that the reconciler's image trusts.",
  ),
  budget: field(RATE, "What keyturn may ask of this Vault. Default: no budget."),
  push: field(FLAG, "Whether something tells the ExternalSecrets when a value changes. Default false."),
});

export const JWT_KEYS = object<JwtKeysSpec>("JwtKeys", "Whose signatures on login tokens Vault believes.", {
  keys: needed(
    object<JwtKeysSpec["keys"]>("JwtKeySource", "Where the public keys are; exactly one of these.", {
      discoveryUrl: field(TEXT, "The cluster's issuer."),
      jwksUrl: field(TEXT, "URL of a key set."),
      publicKeys: field(listOf(TEXT), "Public keys as PEM."),
    }),
    "The public keys of the cluster's ServiceAccount tokens.",
  ),
  issuer: field(TEXT, "The only `iss` that is taken."),
  ca: field(TEXT, "CA of the URL as PEM. Default: the CAs of Vault's host."),
});

export const ENVIRONMENT = object<Named & EnvironmentSpec>(
  "Environment",
  "A Vault, and what belongs to it: plain data, given to every component of it.",
  {
    name: needed(TEXT, "Name of the environment, a DNS label."),
    vault: field(VAULT, "The Vault of the environment: short for `vaults: { main: ... }`."),
    vaults: field(mapOf(VAULT), "Several Vaults by name; `main` is the one that is used where none is named."),
    staleFor: field(TEXT, "Staleness of secrets that say nothing themselves, as a Go duration. Default `1h`."),
    reconciler: field(
      object<ReconcilerIdentitySpec>("ReconcilerIdentity", "Who keeps the Secrets in step, and as whom.", {
        install: field(FLAG, "False where External Secrets Operator runs instead. Default true."),
        namespace: field(TEXT, "Default `keyturn-system`, or `external-secrets` for External Secrets Operator."),
        serviceAccount: field(TEXT, "Default `keyturn`, or `external-secrets` for External Secrets Operator."),
      }),
      "What keeps the Secrets in step in the environment's clusters.",
    ),
    audit: field(
      object<AuditData>("Audit", "Where audit data is; at least one of these.", {
        device: field(AUDIT_DEVICE, "What each Vault of the environment writes it to."),
        collectedBy: field(TEXT, "Who collects it, and where, in one line for people."),
      }),
      "Where the audit data of the environment is. Default: nothing is said.",
    ),
    clusters: field(
      mapOf(
        object<ClusterSpec>("Cluster", "A cluster: who vouches for its ServiceAccounts, and where they log in.", {
          kubernetes: field(
            object<KubernetesApiSpec>("ClusterApi", "The API server of a cluster, as Vault reaches it.", {
              host: needed(TEXT, "`https://kubernetes.default.svc` when Vault runs in the cluster."),
              ca: field(TEXT, "CA of the API server as PEM. Default: that of Vault's own pod."),
            }),
            "Needed for login by Kubernetes.",
          ),
          jwt: field(JWT_KEYS, "Needed for login by JWT."),
          loginMount: field(TEXT, "Default: the mount of the login; with several clusters `<that>-<cluster>`."),
        }),
      ),
      "The clusters of the environment by name. Default: one without a name.",
    ),
  },
);

export const TEAM = object<Named & TeamSpec>("Team", "An owner inside one environment: plain data.", {
  name: needed(TEXT, "Name of the team, a DNS label."),
  namespaces: needed(listOf(TEXT), "The namespaces whose Secrets the team owns."),
  serviceAccount: field(TEXT, "The ServiceAccount that logs in to Vault for the team. Default `keyturn-<team>`."),
  prefixes: field(listOf(TEXT), "KV prefixes below the mount that the team may read. Default: the team's name."),
  alsoReads: field(
    listOf(
      object<ExtraGrant>(
        "ExtraGrant",
        "What a team may read outside its prefixes; exactly one of `path` and `prefix`.",
        {
          path: field(TEXT, "Key below the mount, and nothing below it."),
          prefix: field(TEXT, "Below the mount, with everything below it."),
          reason: needed(TEXT, "Why, in one line. Everyone may read it."),
          until: needed(TEXT, "The last day, `YYYY-MM-DD`."),
        },
      ),
    ),
    "What the team may read outside its prefixes. Default: nothing.",
  ),
});

const DECODE = field(
  choice("Decode", "What the value in Vault is.", "base64", "base64url", "auto"),
  "The value in Vault is encoded, and the Secret gets what it stands for. Default: as it is.",
);
const NULL_BYTES = field(
  choice("NullBytePolicy", "Whether a value with null bytes is an error.", "Ignore", "Fail"),
  "Default `Ignore`.",
);
const METADATA = field(
  choice("MetadataPolicy", "The value or its metadata.", "None", "Fetch"),
  "`Fetch`: the metadata of the KV v2 secret instead of its value. Default `None`.",
);
const OTHER_STORE = field(TEXT, "Name of another store of the environment than the AppSecret's.");
const VERSION = field(COUNT, "KV v2 version to stay on. Default: the newest.");
const CONVERSION = field(
  choice("ConversionStrategy", "What becomes of characters that no key may have.", "Default", "Unicode"),
  "Default `Default`.",
);

const KEY = object<KeyObject>("Key", "The typed form of a key.", {
  path: needed(TEXT, "Relative to the team's first prefix, or below the mount when it starts with `/`."),
  property: field(TEXT, "Property of the KV secret; a gjson path when no property has exactly this name."),
  whole: field(FLAG, "The whole KV secret as one JSON object, instead of a property."),
  version: VERSION,
  store: OTHER_STORE,
  decode: DECODE,
  nullBytePolicy: NULL_BYTES,
  metadataPolicy: METADATA,
});

const REWRITE = object<RewriteSpec>("Rewrite", "One step that renames what was fetched; exactly one of the three.", {
  regexp: field(
    object<{ source: string; target: string }>("RewriteRegexp", "RE2 and what its matches become.", {
      source: needed(TEXT, "RE2."),
      target: needed(TEXT, "Where `$1` or `${name}` are groups."),
    }),
    "Every match in a name is replaced.",
  ),
  transform: field(
    object<{ template: string }>("RewriteTransform", "A Go template of the new name.", {
      template: needed(TEXT, "`.value` is the old name."),
    }),
    "Every name is made anew.",
  ),
  merge: field(
    object<MergeSpec>("RewriteMerge", "Merges values that are JSON objects.", {
      strategy: field(
        choice("MergeStrategy", "What the merged values become.", "Extract", "JSON"),
        "Default `Extract`.",
      ),
      into: field(TEXT, "Key of the merged object. Needed by strategy `JSON`."),
      conflictPolicy: field(
        choice("ConflictPolicy", "What a property that two of them have is.", "Error", "Ignore"),
        "Default `Error`.",
      ),
      priority: field(listOf(TEXT), "Names that are merged last, in this order, so that they win."),
      priorityPolicy: field(
        choice("PriorityPolicy", "What a missing name of `priority` is.", "Strict", "IgnoreNotFound"),
        "Default `Strict`.",
      ),
    }),
    "Values are put together.",
  ),
});

const FROM = object<Exclude<FromSpec, string>>(
  "From",
  "A whole group of keys: every property of the KV secret at `path`, every KV secret that `find` finds, or what `generator` makes.",
  {
    path: field(TEXT, "Relative to the team's first prefix, or below the mount when it starts with `/`."),
    property: field(TEXT, "Property that holds the object; a gjson path. Default: the KV secret itself."),
    version: VERSION,
    find: field(
      object<FindSpec["find"]>("Find", "Which KV secrets.", {
        path: field(TEXT, "Below which path. Default: the team's first prefix."),
        name: field(
          object<{ regexp: string }>("FindName", "Which names.", {
            regexp: needed(TEXT, "RE2, unanchored, on the whole name below the mount."),
          }),
          "Which names.",
        ),
        tags: field(mapOf(TEXT), "Custom metadata that all have to be there. Only without `name`."),
      }),
      "Instead of `path`. A TeamAccess has to declare the prefix.",
    ),
    generator: field(
      object<GeneratorSpec["generator"]>("Generator", "A generator that exists in the namespace.", {
        kind: needed(TEXT, "Its kind, such as `Password`."),
        name: needed(TEXT, "Its name."),
      }),
      "Instead of `path`: values that are made instead of read.",
    ),
    rewrite: field(listOf(REWRITE), "Steps that rename what was fetched."),
    store: OTHER_STORE,
    decode: DECODE,
    nullBytePolicy: NULL_BYTES,
    metadataPolicy: METADATA,
    conversionStrategy: CONVERSION,
  },
);

const TEMPLATE_FILE = object<TemplateFile>("TemplateFile", "Keys of a ConfigMap or Secret that are templates.", {
  name: needed(TEXT, "Name of the object."),
  items: needed(
    listOf(
      object<TemplateFile["items"][number]>("TemplateItem", "One key.", {
        key: needed(TEXT, "The key."),
        templateAs: field(
          choice("TemplateAs", "What the text renders to.", "Values", "KeysAndValues"),
          "Default `Values`.",
        ),
      }),
    ),
    "Which keys.",
  ),
});

const TEMPLATE = object<TemplateSpec>(
  "Template",
  "What the Secret is made of, as Go templates over the fetched keys.",
  {
    type: field(TEXT, "Type of the Secret."),
    data: field(mapOf(TEXT), "Keys of the Secret and the template of each value."),
    metadata: field(
      object<NonNullable<TemplateSpec["metadata"]>>("TemplateMetadata", "Metadata of the Secret.", {
        labels: field(mapOf(TEXT), "Values are templates too."),
        annotations: field(mapOf(TEXT), "Values are templates too."),
        finalizers: field(listOf(TEXT), "Names of finalizers."),
      }),
      "Of the Secret, beside the AppSecret's own.",
    ),
    templateFrom: field(
      listOf(
        object<TemplateSource>(
          "TemplateSource",
          "Templates that are not a value each; exactly one of the three sources.",
          {
            literal: field(TEXT, "A text that renders to YAML of keys and values."),
            configMap: field(TEMPLATE_FILE, "Keys of a ConfigMap of the namespace."),
            secret: field(TEMPLATE_FILE, "Keys of a Secret of the namespace."),
            target: field(
              choice("TemplateTarget", "Where the keys go.", "Data", "Labels", "Annotations"),
              "Default `Data`.",
            ),
            valuesDecodingStrategy: field(
              choice("DecodingStrategy", "How values are decoded.", "None", "Base64", "Base64URL", "Auto"),
              "Default `None`.",
            ),
          },
        ),
      ),
      "Rendered in this order and before `data`, which wins.",
    ),
    mergePolicy: field(
      choice("MergePolicy", "Whether the fetched keys are part of the Secret.", "Replace", "Merge"),
      "Default `Replace`.",
    ),
    engineVersion: field(choice("EngineVersion", "Version of the template engine.", "v2"), "The only one there is."),
  },
);

const SYNC_WINDOWS = object<SyncWindowsSpec>("SyncWindows", "When the Secret may change.", {
  kind: needed(choice("WindowKind", "During one of the windows, or outside all of them.", "allow", "deny"), "Which."),
  windows: needed(
    listOf(
      object<SyncWindowsSpec["windows"][number]>("SyncWindow", "A window.", {
        schedule: needed(TEXT, "Cron with five fields, or `@daily`, `@every 6h`."),
        duration: needed(TEXT, "Go duration from each start on."),
      }),
    ),
    "The windows.",
  ),
});

/** What an AppSecret is made of, less the team. */
export const SECRET_FIELDS: FieldsOf<AppSecretSpec, "team"> = {
  keys: field(
    mapOf(oneOf(TEXT, KEY)),
    'Keys of the Secret, and where each value lives: `{ DB_PASSWORD: "db#password" }`. Never a value.',
  ),
  from: field(
    listOf(oneOf(TEXT, FROM)),
    "Whole groups of keys: a path, or an object. Later ones win, `keys` over all.",
  ),
  template: field(oneOf(TEMPLATE, listOf(TEMPLATE)), "What the Secret is made of instead of the fetched keys."),
  type: field(TEXT, "Type of the Secret. Default `Opaque`, or that of the template."),
  immutable: field(FLAG, "Whether Kubernetes refuses every later change of the Secret. Default false."),
  name: field(TEXT, "Name of the Secret and of the ExternalSecret. Default: the name of the resource."),
  externalSecretName: field(TEXT, "Name of the ExternalSecret, where it is another than the Secret's."),
  manifest: field(
    object<ManifestSpec>("Manifest", "The kind of object that is made instead of a Secret.", {
      apiVersion: needed(TEXT, "`v1`."),
      kind: needed(TEXT, "`ConfigMap`."),
    }),
    "Another object than a Secret.",
  ),
  namespace: field(TEXT, "One of the team's namespaces. Default: the team's namespace, when it has just one."),
  store: field(TEXT, "Name of the SecretStore. Default `keyturn-<environment>`."),
  vault: field(TEXT, "Which Vault of the environment. Default `main`."),
  staleFor: field(TEXT, "How old a value in the cluster may be after it changed in Vault, as a Go duration."),
  rotatesEvery: field(TEXT, "How often the value is changed in Vault, as a Go duration."),
  refreshInterval: field(TEXT, "The refresh interval itself, as a Go duration, instead of deriving it."),
  creationPolicy: field(
    choice("CreationPolicy", "Who owns the Secret.", "Owner", "Orphan", "Merge", "CreateOrMerge", "None"),
    "Default `Owner`.",
  ),
  deletionPolicy: field(
    choice("DeletionPolicy", "What happens to the Secret when its source is gone.", "Retain", "Delete", "Merge"),
    "Default `Retain`.",
  ),
  refreshPolicy: field(
    choice("RefreshPolicy", "When Vault is read.", "Periodic", "OnChange", "CreatedOnce"),
    "Default `Periodic`.",
  ),
  syncWindows: field(SYNC_WINDOWS, "When the Secret may change. Default: always."),
  labels: field(mapOf(TEXT), "Labels of the ExternalSecret and the Secret."),
  annotations: field(mapOf(TEXT), "Annotations of the ExternalSecret and the Secret."),
};

const GRANT = object<Grant, "extra">("Grant", "One identity may do something with one path.", {
  environment: needed(TEXT, "Name of the environment."),
  team: needed(TEXT, "Name of the team."),
  vault: field(TEXT, "Which Vault of the environment; absent for `main`."),
  mount: needed(TEXT, "KV mount."),
  kvVersion: needed(COUNT, "1 or 2."),
  key: needed(TEXT, "Key below the mount."),
  prefix: needed(FLAG, "True when everything below the key is meant."),
  metadata: field(FLAG, "KV v2 only: the metadata of the key are meant, not its value."),
  capabilities: needed(listOf(TEXT), "`read` and `list`."),
  because: needed(listOf(TEXT), "Why it is there."),
});

export const ACCESS = object<AccessFile, "shared">("Access", "What a synth wrote as `access.json`.", {
  apiVersion: needed(TEXT, "`keyturn.dev/v1alpha1`."),
  kind: needed(TEXT, "`Access`."),
  grants: needed(listOf(GRANT), "The grants."),
});

export const PREFIX_GRANT = object<PrefixGrant>("PrefixGrant", "A whole prefix, the explicit choice of wildcards.", {
  prefix: needed(TEXT, "Below the mount: everything below it may be read."),
  reason: needed(TEXT, "Why exact paths are not enough."),
});
