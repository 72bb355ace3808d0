"""From Airflow's Connections and Variables to the core's words."""
