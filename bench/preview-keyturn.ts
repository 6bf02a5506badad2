import { AppSecret } from "../components/pulumi/app-secret";
import { named } from "./synth-data";
import { specOf } from "./synth-declarations";

// `pulumi preview` runs this: AppSecrets.
const count = Number(process.env["BENCH_COUNT"]);
for (let index = 0; index < count; index++) {
  const secret = named(index);
  new AppSecret(secret.name, specOf(secret));
}
