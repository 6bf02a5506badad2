import { sandboxWorld, type World } from "../reconciler/world";
import { adoptionSuite } from "./adoption-suite";

let world: World;
beforeAll(async () => {
  world = await sandboxWorld();
});
afterAll(() => world.stop());

describe("adoption, on the sandbox", () =>
  adoptionSuite(() => world, { first: ["create secrets"], next: ["get secrets"] }));
