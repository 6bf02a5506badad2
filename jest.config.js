// Two projects: `fast` needs nothing but Node (the inner loop); `real` runs against the servers that test/bed starts once.
const swc = [
  "@swc/jest",
  { jsc: { parser: { syntax: "typescript" }, target: "es2023" }, module: { type: "commonjs" } },
];
const common = {
  testEnvironment: "node",
  // commander is an ES module, which Node can require and jest cannot.
  transform: { "^.+\\.ts$": swc, "/node_modules/commander/.+\\.js$": swc },
  transformIgnorePatterns: ["/node_modules/(?!commander/)"],
  moduleNameMapper: {
    "^keyturn$": "<rootDir>/index.ts",
    "^keyturn/(pulumi|cdk8s)$": "<rootDir>/components/$1/index.ts",
    "^keyturn/(policies|sandbox)$": "<rootDir>/$1/index.ts",
  },
  setupFiles: ["<rootDir>/test/seed-setup.ts"],
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/build/", "<rootDir>/stacks/.*/out/"],
};

module.exports = {
  // Ends what hangs. What has to be fast says so in its test; a machine that does other things as well is no failure.
  testTimeout: 300_000,
  maxWorkers: 2,
  projects: [
    {
      ...common,
      displayName: "fast",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["\\.real\\.test\\.ts$"],
    },
    {
      ...common,
      displayName: "real",
      testMatch: ["<rootDir>/test/**/*.real.test.ts"],
      globalSetup: "<rootDir>/test/bed/jest-setup.ts",
      globalTeardown: "<rootDir>/test/bed/jest-teardown.ts",
    },
  ],
};
