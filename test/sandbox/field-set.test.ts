import fc from "fast-check";
import { FieldSet } from "../../sandbox/cluster/field-set";

const element = fc.constantFrom("f:a", "f:b", 'k:{"name":"c"}', 'v:"d"');
const path = fc.array(element, { minLength: 1, maxLength: 3 });
const paths = fc.array(path, { maxLength: 6 });

function setOf(members: readonly (readonly string[])[]): FieldSet {
  const root = new FieldSet();
  for (const member of members) {
    let node = root;
    for (const step of member) node = node.descend(step);
    node.member = true;
  }
  return root;
}

/** The same set as plain texts. */
function model(set: FieldSet): ReadonlySet<string> {
  const out = new Set<string>();
  const walk = (node: FieldSet, at: readonly string[]): void => {
    if (node.member) out.add(at.join(" "));
    node.map((step, child) => {
      walk(child, [...at, step]);
      return child;
    });
  };
  walk(set, []);
  return out;
}
const texts = (members: readonly (readonly string[])[]): ReadonlySet<string> =>
  new Set(members.map((m) => m.join(" ")));

test("union, intersection and difference are those of sets of paths", () => {
  fc.assert(
    fc.property(paths, paths, (a, b) => {
      const [x, y] = [setOf(a), setOf(b)];
      const [p, q] = [texts(a), texts(b)];
      expect(model(x.union(y))).toEqual(new Set([...p, ...q]));
      expect(model(x.intersection(y))).toEqual(new Set([...p].filter((entry) => q.has(entry))));
      expect(model(x.difference(y))).toEqual(new Set([...p].filter((entry) => !q.has(entry))));
      expect([model(x), model(y)]).toEqual([p, q]); // the operands stay as they were
    }),
  );
});

test("fieldsV1 can be written and read back; an empty set is empty again after any detour", () => {
  fc.assert(
    fc.property(paths, (a) => {
      const set = setOf(a);
      expect(model(FieldSet.parse(set.toJson()))).toEqual(a.length === 0 ? new Set([""]) : texts(a));
      expect(set.difference(set).empty).toBe(true);
    }),
  );
});

test("the wire form is fieldsV1: a member with members below has a dot", () => {
  expect(
    setOf([
      ["f:metadata", "f:labels"],
      ["f:metadata", "f:labels", "f:app"],
      ["f:spec", 'k:{"name":"c"}'],
    ]).toJson(),
  ).toEqual({
    "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
    "f:spec": { 'k:{"name":"c"}': {} },
  });
});

test("paths read as in conflict messages", () => {
  expect(
    setOf([
      ["f:spec", "f:containers", 'k:{"name":"c"}', "f:image"],
      ["f:metadata", "f:finalizers", 'v:"x"'],
      ["f:data", "f:a.b"],
    ]).paths(),
  ).toEqual([".data.a.b", '.metadata.finalizers[="x"]', '.spec.containers[name="c"].image']);
});
