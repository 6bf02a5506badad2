import { BINARY_NAMES, tools, requiredVersion, type BinaryName } from "./tools";
import { isAtLeast, parseVersion } from "./versions";

const printed: Readonly<Record<BinaryName, readonly [output: string, version: string]>> = {
  etcd: ["etcd Version: 3.7.3\nGit SHA: Not provided\nGo Version: go1.26.8\nGo OS/Arch: linux/amd64\n", "3.7.3"],
  "kube-apiserver": ["Kubernetes v1.36.3\n", "1.36.3"],
  "kube-controller-manager": ["Kubernetes v1.37.0-alpha.1\n", "1.37.0-alpha.1"],
  kwok: ["kwok version v0.8.0 go1.26.8 (linux/amd64)\n", "0.8.0"],
  pulumi: ["v3.259.0\n", "3.259.0"],
  bao: ["OpenBao v2.7.2 (9e0a0d3c3504a0a0), committed 2026-10-26T20:32:27Z\n", "2.7.2"],
};

describe("the version of a binary", () => {
  it.each(BINARY_NAMES)("is read from what %s prints", (name) => {
    const [output, version] = printed[name];
    expect(parseVersion(name, output)).toBe(version);
  });

  it.each([
    ["bao", "Vault v1.20.0 (abc), built 2025-06-23\n"],
    ["etcd", "Kubernetes v1.36.3\n"],
    ["pulumi", "error: no such command\n"],
    ["kwok", ""],
  ] as const)("is not read when what calls itself %s prints %j", (name, output) => {
    expect(parseVersion(name, output)).toBeUndefined();
  });

  it.each([
    ["1.36.3", "1.36", true],
    ["1.36", "1.36", true],
    ["2.0.0", "1.36", true],
    ["1.35.9", "1.36", false],
    ["1.9.0", "1.36", false],
    ["1.36.0-rc.1", "1.36", true],
    ["1.36.3+k3s1", "1.36", true],
  ])("%s, at least %s: %s", (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});

describe("pinned tools", () => {
  it("take the version from a require block or a single require line of go.mod", () => {
    const goMod =
      "module m\n\nrequire example.com/one v1.2.3\n\nrequire (\n\texample.com/two/v3 v3.4.5 // indirect\n)\n";
    expect(requiredVersion(goMod, "example.com/one")).toBe("1.2.3");
    expect(requiredVersion(goMod, "example.com/two/v3")).toBe("3.4.5");
    expect(() => requiredVersion(goMod, "example.com/two")).toThrow("go.mod does not require example.com/two");
  });

  it("give every binary exactly once", () => {
    expect(tools.flatMap(({ binaries }) => Object.keys(binaries)).sort()).toEqual([...BINARY_NAMES].sort());
  });

  it("hold the version in the linker flags that the binaries report", () => {
    const flags = (name: string) =>
      tools.flatMap((tool) => (tool.kind === "go" && tool.name === name ? tool.flags : []));
    const version = (name: string) => tools.find((tool) => tool.name === name)?.version;
    expect(flags("kubernetes").join(" ")).toContain(`version.gitVersion=v${version("kubernetes")}`);
    expect(flags("pulumi").join(" ")).toContain(`version.Version=v${version("pulumi")}`);
  });
});
