import { realWorld, type World } from "../world";
import { storesSuite } from "./stores-suite";

let world: World;
beforeAll(async () => {
  world = await realWorld();
});
afterAll(() => world.stop());

describe("stores, on the real servers", () => storesSuite(() => world));
