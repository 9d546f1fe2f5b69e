package io.geminirelay.bench.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CholeskyTest {
  @Test
  void solvesWhatItIsGiven() {
    Random random = new Random(3);
    int n = 12;
    double[][] matrix = new double[n][n];
    for (int k = 0; k < 5; k++) {
      double[] row = random.doubles(n, -2, 2).toArray();
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          matrix[i][j] += row[i] * row[j];
        }
      }
    }
    double[] right = random.doubles(n).toArray();
    double[] x = Cholesky.solve(matrix, 0.5, right);
    for (int i = 0; i < n; i++) {
      double sum = x[i];
      for (int j = 0; j < n; j++) {
        sum += 0.5 * matrix[i][j] * x[j];
      }
      assertEquals(right[i], sum, 1e-9);
    }
  }
}
