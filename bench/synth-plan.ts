import { appSecret, plan } from "../components";
import { given, measured } from "./synth-child";
import { named } from "./synth-data";
import { specOf } from "./synth-declarations";

const { count } = given();
const declarations = Array.from({ length: count }, (_, index) => {
  const secret = named(index);
  return appSecret(secret.id, specOf(secret));
});
measured(() => {
  const result = plan(declarations);
  if (result.manifests.length !== count || result.access.grants.length !== count)
    throw new Error("the plan lacks objects");
  return result;
});
