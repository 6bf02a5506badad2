import { realWorld, type World } from "../world";
import { rolloutSuite } from "./suite";

let world: World;
beforeAll(async () => {
  world = await realWorld();
});
afterAll(() => world.stop());

describe("rollouts, on the real servers", () => rolloutSuite(() => world));
