import { main } from "./run";

const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 22) {
  // Older ones cannot read numbers as Vault wrote them (JSON.parse with the source text).
  process.stderr.write(`error: Node ${process.versions.node}: is too old for the reconciler (use Node 22 or newer)\n`);
  process.exitCode = 2;
} else {
  void main(process.argv.slice(2)).then((code) => process.exit(code));
}
