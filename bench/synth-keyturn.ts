import { App, Chart } from "cdk8s";
import { AppSecret } from "../components/cdk8s";
import { given, measured } from "./synth-child";
import { named, PER_CHART } from "./synth-data";
import { specOf } from "./synth-declarations";

measured(() => {
  const { count, outdir } = given();
  const app = new App({ outdir });
  for (let first = 0; first < count; first += PER_CHART) {
    const chart = new Chart(app, named(first).chart);
    for (let index = first; index < Math.min(first + PER_CHART, count); index++) {
      const secret = named(index);
      new AppSecret(chart, secret.id, specOf(secret));
    }
  }
  app.synth();
  return app;
});
