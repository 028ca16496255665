from collegium.config.cli import main

main()
