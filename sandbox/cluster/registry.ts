import { builtInKinds } from "./builtins/table";
import { kindOfCrd } from "./builtins/crd";
import { equal } from "../json";
import type { Body, Kind } from "./kinds";
import type { Storage } from "./storage";

/** The kinds served now: the built-in ones and those whose definitions exist. */
export class Registry {
  private readonly byId = new Map<string, Kind>();
  private readonly byPath = new Map<string, Kind>();

  constructor(private readonly storage: Storage) {
    for (const kind of builtInKinds) this.add(kind);
    storage.listenAll((change) => {
      if (change.kind.id !== "customresourcedefinitions.apiextensions.k8s.io") return;
      if (change.type === "DELETED") this.removeDefinition(change.object);
      else if (change.previous === undefined || !equal(change.previous.spec, change.object.spec))
        this.define(change.object);
    });
  }

  find(group: string, version: string, plural: string): Kind | undefined {
    return this.byPath.get(`${group}/${version}/${plural}`);
  }

  byKind(group: string, kind: string): Kind | undefined {
    return this.all().find((candidate) => candidate.group === group && candidate.kind === kind);
  }

  byTable(id: string): Kind | undefined {
    return this.byId.get(id);
  }

  all(): readonly Kind[] {
    return [...this.byId.values()];
  }

  groups(): ReadonlyMap<string, readonly string[]> {
    const groups = new Map<string, string[]>();
    for (const kind of this.byId.values()) {
      const versions = groups.get(kind.group) ?? [];
      groups.set(kind.group, [...new Set([...versions, ...kind.versions])]);
    }
    return groups;
  }

  private add(kind: Kind): void {
    this.byId.set(kind.id, kind);
    for (const version of kind.versions) this.byPath.set(`${kind.group}/${version}/${kind.plural}`, kind);
    this.storage.register(kind);
  }

  private define(definition: Body): void {
    const kind = kindOfCrd(definition);
    this.forget(definition.metadata.name);
    if (kind !== undefined) this.add(kind);
  }

  private removeDefinition(definition: Body): void {
    const kind = this.byId.get(definition.metadata.name);
    this.forget(definition.metadata.name);
    if (kind === undefined) return;
    for (const object of this.storage.list(kind)) this.storage.delete(kind, object);
    this.storage.drop(kind);
  }

  private forget(id: string): void {
    const kind = this.byId.get(id);
    if (kind === undefined) return;
    this.byId.delete(id);
    for (const version of kind.versions) this.byPath.delete(`${kind.group}/${version}/${kind.plural}`);
  }
}
