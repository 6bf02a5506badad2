export * from "./exchange";
export * from "./failure";
export * from "./origin";
