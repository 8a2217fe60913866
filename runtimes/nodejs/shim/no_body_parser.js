// Stands for Express's body parsers in the image: body.js reads the bodies.

export const json = undefined;
export const raw = undefined;
export const text = undefined;
export const urlencoded = undefined;
