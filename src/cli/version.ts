// Two versions: ours, and the one of zc.buildout whose behaviour is ours.

/** The version of this package. */
export const clutchVersion = '0.1.0';

/** What configurations and recipes are told: the zc.buildout that clutch behaves like. */
export const compatibleVersion = '6.0.1';
