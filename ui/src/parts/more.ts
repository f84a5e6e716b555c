/** Entries of a list that are drawn before somebody asks for more. */
export const initially = 250;
