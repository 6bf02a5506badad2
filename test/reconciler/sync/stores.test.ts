import { sandboxWorld, type World } from "../world";
import { storesSuite } from "./stores-suite";

let world: World;
beforeAll(async () => {
  world = await sandboxWorld();
});
afterAll(() => world.stop());

describe("stores, on the sandbox", () => storesSuite(() => world));
