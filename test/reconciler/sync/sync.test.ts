import { sandboxWorld, type World } from "../world";
import { syncSuite } from "./suite";

let world: World;
beforeAll(async () => {
  world = await sandboxWorld();
});
afterAll(() => world.stop());

describe("sync, on the sandbox", () => syncSuite(() => world));
