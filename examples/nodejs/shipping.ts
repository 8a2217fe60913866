// The price of a parcel, in TypeScript: Node removes the types when it loads the file.

type Parcel = { grams: number; country: string };
type Event = { data: Parcel };

const ZONES: Record<string, number> = { DE: 1, FR: 1.4, US: 2.5 };

export function handler(event: Event): { euros: number } {
  const { grams, country } = event.data;
  const euros = (3 + grams / 500) * (ZONES[country] ?? 3);
  return { euros: Math.round(euros * 100) / 100 };
}
