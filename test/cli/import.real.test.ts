import { realWorld, type World } from "../reconciler/world";
import { adoptionSuite } from "./adoption-suite";

let world: World;
beforeAll(async () => {
  world = await realWorld();
});
afterAll(() => world.stop());

describe("adoption, on the real servers", () => adoptionSuite(() => world));
