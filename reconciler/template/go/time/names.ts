export const LONG_MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
export const LONG_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
export const SHORT_MONTHS: readonly string[] = LONG_MONTHS.map((name) => name.slice(0, 3));
export const SHORT_DAYS: readonly string[] = LONG_DAYS.map((name) => name.slice(0, 3));
