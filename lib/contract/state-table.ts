/**
 * Partition key of the table of a monitor, a text: the name of a record of the registry (the last part of its
 * parameter). The table has no sort key.
 */
export const STATE_KEY = 'pk';
