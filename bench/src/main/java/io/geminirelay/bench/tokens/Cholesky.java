package io.geminirelay.bench.tokens;

/** Solves linear equations with a symmetric, positive matrix. */
final class Cholesky {
  private Cholesky() {}

  /**
   * Solves {@code (factor * matrix + 1) x = right}.
   *
   * @param matrix symmetric; only its lower half is read
   */
  static double[] solve(double[][] matrix, double factor, double[] right) {
    double[][] root = root(matrix, factor);
    int n = right.length;
    double[] x = right.clone();
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < i; k++) {
        x[i] -= root[i][k] * x[k];
      }
      x[i] /= root[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
      x[i] /= root[i][i];
      for (int k = 0; k < i; k++) {
        x[k] -= root[i][k] * x[i];
      }
    }
    return x;
  }

  private static double[][] root(double[][] matrix, double factor) {
    int n = matrix.length;
    double[][] root = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = factor * matrix[i][j] + (i == j ? 1 : 0);
        for (int k = 0; k < j; k++) {
          sum -= root[i][k] * root[j][k];
        }
        root[i][j] = i == j ? StrictMath.sqrt(sum) : sum / root[j][j];
      }
    }
    return root;
  }
}
