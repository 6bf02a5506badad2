import { sandboxWorld, type World } from "../world";
import { rolloutSuite } from "./suite";

let world: World;
beforeAll(async () => {
  world = await sandboxWorld();
});
afterAll(() => world.stop());

describe("rollouts, on the sandbox", () => rolloutSuite(() => world));
