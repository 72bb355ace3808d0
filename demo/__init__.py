"""The product shown on a real folder, in a real Airflow."""
