"""What is wrong with a newsroom or soon will be, each finding with its cure. It looks; nothing is changed."""
