import { realWorld, type World } from "../world";
import { syncSuite } from "./suite";

let world: World;
beforeAll(async () => {
  world = await realWorld();
});
afterAll(() => world.stop());

describe("sync, on the real servers", () => syncSuite(() => world));
