/** Annotations of the group keyturn.dev (design: "Public names"). */
export const KEYTURN = "keyturn.dev";

/** On a workload. */
export const ROLLOUT_ON = `${KEYTURN}/rollout-on`;
export const ROLLOUT_WINDOW = `${KEYTURN}/rollout-window`;
export const ROLLOUT_APPROVAL = `${KEYTURN}/rollout-approval`;
export const ROLLOUT_AFTER = `${KEYTURN}/rollout-after`;
export const ROLLOUT_DEADLINE = `${KEYTURN}/rollout-deadline`;
export const ROLLOUT_STRATEGY = `${KEYTURN}/rollout-strategy`;

/** In a pod template: the generation the pods run with. */
export const GENERATION = `${KEYTURN}/generation`;

/** On any object. */
export const ENVIRONMENT = `${KEYTURN}/environment`;
export const TEAM = `${KEYTURN}/team`;
/** On a store, where its environment has several clusters. */
export const CLUSTER = `${KEYTURN}/cluster`;
export const IGNORE_PREFIX = `${KEYTURN}/ignore-`;

/** On an ExternalSecret: take over an existing Secret even though keys of it would be lost. */
export const ADOPT = `${KEYTURN}/adopt`;

/**
 * On a Secret made by a template with a random function: what its values were made from, so that a refresh keeps them as long as
 * that is the same. `<key id>.<keyed hash of the inputs>.<keyed hash of the values> <their names>`.
 */
export const TEMPLATE_INPUTS = `${KEYTURN}/template-inputs`;

/** Stakater Reloader's annotations, understood as rollout-on. */
export const RELOADER_AUTO = "reloader.stakater.com/auto";
export const RELOADER_SECRETS = "secret.reloader.stakater.com/reload";

/** ESO's names on Secrets and ExternalSecrets (reference/eso.md 2.6). */
export const MANAGED_LABEL = "reconcile.external-secrets.io/managed";
export const CREATED_BY_LABEL = "reconcile.external-secrets.io/created-by";
export const DATA_HASH_ANNOTATION = "reconcile.external-secrets.io/data-hash";
export const EXTERNAL_SECRET_FINALIZER = "externalsecrets.external-secrets.io/externalsecret-cleanup";
