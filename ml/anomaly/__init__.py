"""Cost anomalies: each day judged by the days before it, joined into incidents that carry their money and causes."""
