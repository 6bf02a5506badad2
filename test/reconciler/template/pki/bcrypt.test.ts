import { bcryptHash } from "../../../../reconciler/template/pki/bcrypt";

const salt = Buffer.from(Array.from({ length: 16 }, (_, index) => index * 16 + 1));

/** Computed by golang.org/x/crypto/bcrypt for this salt; passwords are bytes. */
const OF_GO: readonly (readonly [password: string, cost: number, hash: string])[] = [
  ["", 4, "$2a$04$.PCfKSDPWVE/iYEvubFf6Oxjx0vRabjsyzLWbQRW.AwfelYDw7OY6"],
  ["", 10, "$2a$10$.PCfKSDPWVE/iYEvubFf6OQNeCbXa8kUIaZVEGRpHXIelDzUxsWka"],
  ["password", 5, "$2a$05$.PCfKSDPWVE/iYEvubFf6O.zXhbIZa0EuQrV1hL2B60kHtXMB9AD6"],
  ["password", 10, "$2a$10$.PCfKSDPWVE/iYEvubFf6O3rdmoiKpYblclFn6lxnOVNUGSROXfe2"],
  ["p\xe4ss\x00word\xff", 4, "$2a$04$.PCfKSDPWVE/iYEvubFf6OWEzFO5S.anc9HO.3quH1vwfcTS/.1tO"],
  ["p\xe4ss\x00word\xff", 10, "$2a$10$.PCfKSDPWVE/iYEvubFf6OysnXtpIQeab1wYobZROUvSHq904aGfW"],
  ["x".repeat(72), 4, "$2a$04$.PCfKSDPWVE/iYEvubFf6Oi9Oxpc3Nhq4E3oCPjAXDn7YnJ6l3v8u"],
  ["\xc3\xa4".repeat(36), 5, "$2a$05$.PCfKSDPWVE/iYEvubFf6OILRLf3WmZtUlrgFoVRNdabU.r8Zxufy"],
];

test.each(OF_GO)("the bcrypt hash of %j at cost %d is Go's", (password, cost, hash) => {
  expect(bcryptHash(Buffer.from(password, "latin1"), salt, cost)).toBe(hash);
});
