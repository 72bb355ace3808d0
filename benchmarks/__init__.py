"""What a pull costs, measured on whole processes against a generated feed."""
