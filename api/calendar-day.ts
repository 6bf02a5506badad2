/** True for a day that exists, written `YYYY-MM-DD`. Such texts sort by time. */
export function isCalendarDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The day a moment lies in, in UTC: `YYYY-MM-DD`. */
export function calendarDay(moment: Date | number): string {
  return new Date(moment).toISOString().slice(0, 10);
}
