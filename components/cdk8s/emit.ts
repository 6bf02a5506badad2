import { ApiObject, JsonPatch, type ApiObjectProps } from "cdk8s";
import type { Construct } from "constructs";
import type { KubernetesObject } from "../../api";
import type { Manifest } from "../manifests/manifest";
import { patchProblems } from "./patches";

const EMITTED = Symbol.for("keyturn.emitted");

/**
 * An ApiObject with the content of a manifest. A chart's labels are added, its namespace is not. JSON patches may change whatever keyturn does
 * not rely on; one that changes more stops the synth.
 */
export class EmittedObject extends ApiObject {
  constructor(scope: Construct, id: string, object: KubernetesObject) {
    super(scope, id, propsOf(object));
    // cdk8s puts the chart's namespace into every object, cluster-scoped ones too.
    if (object.metadata.namespace === undefined && this.metadata.namespace !== undefined)
      super.addJsonPatch(JsonPatch.remove("/metadata/namespace"));
  }

  /** @internal */
  get [EMITTED](): true {
    return true;
  }

  override addJsonPatch(...ops: JsonPatch[]): void {
    const patched = (this as Patched)[PATCHES];
    if (patched === undefined) watchPatches(this);
    else patched.problems = undefined;
    super.addJsonPatch(...ops);
  }
}

/** Also for those of another copy of this package. */
export function isEmitted(value: object): value is EmittedObject {
  return EMITTED in value;
}

/** The manifests of a construct as its children. One alone is what `ApiObject.of(construct)` finds. */
export function emitAll(scope: Construct, manifests: readonly Manifest[]): readonly ApiObject[] {
  const objects = manifests.map(({ id, object }) => new EmittedObject(scope, id, object));
  const [only, ...others] = objects;
  if (only !== undefined && others.length === 0) scope.node.defaultChild = only;
  return objects;
}

/** What an ApiObject with exactly this content is made of. */
function propsOf({ apiVersion, kind, metadata, ...rest }: KubernetesObject): ApiObjectProps {
  const { name, namespace, labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
    },
    ...rest,
  };
}

const PATCHES = Symbol("patches");

interface Patched {
  /** Undefined: not looked at since the last patch. cdk8s validates the whole app once for every chart. */
  [PATCHES]?: { problems: readonly string[] | undefined };
}

function watchPatches(object: EmittedObject & Patched): void {
  const before: unknown = object.toJson();
  const state: NonNullable<Patched[typeof PATCHES]> = { problems: undefined };
  object[PATCHES] = state;
  object.node.addValidation({
    validate: () => [...(state.problems ??= patchProblems(before, object.toJson()))],
  });
}
