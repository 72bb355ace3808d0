"""The product itself: follows a source, keeps its lake in step. Knows nothing of Airflow."""
