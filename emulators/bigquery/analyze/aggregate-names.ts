/** Functions over the rows of a group. Each is written in `aggregate.ts`. */
export const aggregateNames: ReadonlySet<string> = new Set(
  (
    "ANY_VALUE APPROX_COUNT_DISTINCT APPROX_QUANTILES APPROX_TOP_COUNT APPROX_TOP_SUM ARRAY_AGG ARRAY_CONCAT_AGG AVG " +
    "BIT_AND BIT_OR BIT_XOR CORR COUNT COUNTIF COVAR_POP COVAR_SAMP GROUPING LOGICAL_AND LOGICAL_OR MAX MAX_BY MIN MIN_BY " +
    "STDDEV STDDEV_POP STDDEV_SAMP STRING_AGG SUM VAR_POP VAR_SAMP VARIANCE"
  ).split(" "),
);

/** Functions that need OVER, aggregates apart. */
export const analyticNames: ReadonlySet<string> = new Set(
  "ROW_NUMBER RANK DENSE_RANK PERCENT_RANK CUME_DIST NTILE LAG LEAD FIRST_VALUE LAST_VALUE NTH_VALUE PERCENTILE_CONT PERCENTILE_DISC".split(
    " ",
  ),
);
