"""The product shown on a real folder and a SharePoint list, in a real Airflow."""
