"""Du fichier déposé au bronze : inventaire, prise des livraisons, lecture et typage selon le contrat, vérification."""
