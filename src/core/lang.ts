export const languages = ['en', 'zh'] as const
export type Language = (typeof languages)[number]

/** One thing to tell a person, in every language that Oldhand speaks. */
export type Say = Readonly<Record<Language, string>>

export const say = (en: string, zh: string): Say => ({ en, zh })
