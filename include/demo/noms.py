"""Réserves de noms, de prénoms et de communes des jeux de personnes : du plus courant au plus rare."""

from __future__ import annotations


def _liste(texte: str) -> tuple[str, ...]:
    return tuple(texte.split(","))


NOMS_D_AILLEURS = _liste(
    "Benali,El Amrani,Ben Salah,Belkacem,Bouzid,Haddad,Mansouri,Cherif,Saïdi,Bensaïd,Hamdi,Khelifi,Ait Ahmed,"
    "Bouchareb,El Idrissi,Ouali,Meziane,Brahimi,Toumi,Yahiaoui,Lahmar,Zerrouki,Abdallah,Mebarki,Slimani,Rahmani,"
    "Traoré,Diallo,Diop,Ndiaye,Konaté,Coulibaly,Camara,Keïta,Sow,Ba,Cissé,Touré,Kouassi,Koné,Mbaye,Fofana,Barry,"
    "Yılmaz,Kaya,Demir,Şahin,Çelik,Öztürk,Aydın,Arslan,Doğan,Koç,Da Silva,Dos Santos,Ferreira,Pereira,Gonçalves,"
    "Rodrigues,De Oliveira,Lopes,Marques,Fernandes,Teixeira,De Sousa,Nguyen,Tran,Pham,Le Van,Kowalski,Nowak,"
    "Wiśniewski,Popescu,Ionescu,Petrov,Ivanova,Hoxha,Krasniqi,Berisha,Gashi,Rossi,Russo,Di Marco,Della Rosa,"
    "Van den Berg,Van Damme,Müller,Schmitt,Von Arnim,MacDonald,O'Connor,Singh,Kumar,Hussain,Ahmadi,Karimi,Rezaei,"
    "Mohammadi,Haidari,Noori,Tekle,Haile,Mendoza,García Lopez,De la Cruz,De la Fuente,Mbemba,Kabongo,Ilunga"
)
PARTICULES_FRANCAISES = ("de", "du", "de la", "d'", "le", "la")
# Racines et terminaisons de noms de famille : leurs combinaisons sont rares, comme la plupart des noms de la vie.
_DEBUTS = _liste(
    "Bar,Bel,Ber,Bla,Bon,Bou,Bre,Bru,Cha,Char,Che,Chi,Cla,Cor,Cou,Cre,Dau,Del,Des,Dou,Du,Dur,Fau,Fer,Flo,For,Fou,"
    "Fra,Ga,Gau,Ger,Gi,Gou,Gra,Gri,Gui,Hau,Her,Hou,Jac,Jan,Jou,La,Lam,Lan,Lar,Le,Ler,Lor,Ma,Mal,Mar,Mau,Mer,Mi,"
    "Mon,Mor,Mou,Na,Noi,Pa,Par,Pel,Per,Pi,Poi,Pon,Pou,Pra,Pru,Ra,Re,Ri,Ro,Rou,Sa,Sau,Sou,Ta,Tar,Tau,Tho,Tou,Tre,"
    "Va,Val,Ver,Vi,Vil,Vio"
)
_MILIEUX = _liste(
    "ba,be,bi,bo,bu,da,de,di,do,gue,la,le,li,lo,ma,me,mi,na,ni,no,que,ra,re,ri,ro,sa,se,si,ta,te,ti,va,ve,vi"
)
_FINS = _liste(
    "ard,aud,ault,aux,ay,eau,eaux,el,elle,ent,er,et,ette,eur,eux,ey,ez,ic,ier,ière,in,ine,ion,is,ois,on,ot,ou,"
    "oux,rand,reau,rel,ret,rey,rier,rin,rot,sard,teau,tel,tier,tin,ton,tot,vin,zier"
)
NOMS_RARES = tuple(f"{d}{m}{f}" for d in _DEBUTS for m in _MILIEUX for f in _FINS)

PRENOMS_FEMININS = _liste(
    "Marie,Nathalie,Isabelle,Sylvie,Catherine,Sandrine,Stéphanie,Céline,Julie,Aurélie,Émilie,Laetitia,Élodie,Audrey,"
    "Mélanie,Laura,Manon,Camille,Léa,Marine,Pauline,Sarah,Emma,Chloé,Inès,Jade,Louise,Alice,Lola,Lina,Clara,Eva,"
    "Anaïs,Océane,Justine,Morgane,Amandine,Marion,Mathilde,Charlotte,Lucie,Fanny,Caroline,Virginie,Delphine,Karine,"
    "Valérie,Christelle,Véronique,Corinne,Christine,Martine,Françoise,Monique,Jacqueline,Brigitte,Patricia,Sophie,"
    "Fatima,Samira,Nadia,Karima,Khadija,Aïcha,Malika,Leïla,Yasmina,Naïma,Rachida,Zohra,Hanane,Soraya,Farida,Amina,"
    "Assia,Imane,Nora,Kenza,Myriam,Sabrina,Ouarda,Houria,Fatoumata,Aminata,Mariama,Awa,Kadiatou,Bintou,Aïssatou,Oumou,"
    "Fatma,Ayşe,Emine,Zeynep,Elif,Hatice,Merve,Maria,Ana,Paula,Carla,Sofia,Teresa,Fernanda,Lucia,Elena,Irina,Olga,"
    "Natacha,Svetlana,Katarzyna,Agnieszka,Mihaela,Andreea,Thi Lan,Linh,Mai,Emmy,Emilie,Maëlys,Lilou,Romane,Zoé,"
    "Juliette,"
    "Rose,Ambre,Léna,Mila,Anna,Nina,Lou,Margaux,Margot,Élise,Éloïse,Héloïse,Agathe,Gaëlle,Maëlle,Noémie,Solène,Coralie,"
    "Cindy,Jennifer,Jessica,Vanessa,Angélique,Séverine,Ludivine,Johanna,Mélissa,Alexia,Alexandra,Sandra,Sonia,Tatiana,"
    "Claire,Hélène,Anne,Florence,Agnès,Cécile,Nicole,Odile,Josiane,Ginette,Yvette,Simone,Denise,Jeanne,Madeleine,"
    "Germaine,Marguerite,Suzanne,Thérèse,Colette,Bernadette,Marie-Claude,Marie-Christine,Anne-Marie,Marie-Pierre,"
    "Marie-Thérèse,Anne-Sophie,Marie-Laure,Rose-Marie,Mariana,Mariane,Marina,Carine,Magali,Maryline,Nadine,Pascale,"
    "Dominique,Danielle,Gabrielle,Frédérique,Michèle,Andrée,Renée,Joëlle,Emmanuelle,Axelle,Maud,Edwige,Ingrid,Lisa,"
    "Elsa,Ella,Lila,Lana,Luna,Nour,Sirine,Chaïma,Ikram,Safia,Salma,Maryam,Mariam,Zineb,Hafsa,Djamila,Maya,Noa,Iris,"
    "Lyna,Giulia,Julia,Lia,Lya,Alya,Aya,Sana,Hana,Hanna,Nawel,Wissal,Kaoutar,Siham,Souad,Latifa,Mounia,Najat,Touria,"
    "Fanta,Hawa,Adama,Rokia,Sira,Coumba,Ndeye,Khady,Astou,Adèle,Adélaïde,Alix,Apolline,Astrid,Aude,Aurore,Béatrice,"
    "Blandine,Carole,Cassandra,Célia,Célina,Chantal,Clarisse,Clémence,Constance,Daphné,Diane,Doriane,Édith,Éléonore,"
    "Élisa,Élisabeth,Esther,Estelle,Eugénie,Evelyne,Flavie,Flora,Flore,Garance,Geneviève,Gwenaëlle,Huguette,Irène,"
    "Jacinthe,Jane,Janine,Joséphine,Julienne,Karen,Katia,Kelly,Laurence,Laure,Laurie,Leslie,Liliane,Lise,Lorraine,Luce,"
    "Lydia,Marianne,Marielle,Marthe,Maryse,Mathilda,Maïssa,Micheline,Mireille,Muriel,Myrtille,Nelly,"
    "Noëlle,Océanne,Octavie,Olivia,Ophélie,Paola,Pénélope,Perrine,Prune,Rachel,Raphaëlle,Régine,Rita,Roxane,Sabine,Salomé,"
    "Sasha,Shana,Solange,Sophia,Stella,Suzie,Tess,Tiphaine,Valentine,Victoire,Violette,Viviane,Wendy,Xénia,Yaël,Yolande"
)
PRENOMS_MASCULINS = _liste(
    "Nicolas,Julien,Thomas,Alexandre,Sébastien,Christophe,David,Stéphane,Laurent,Frédéric,Philippe,Olivier,Kevin,"
    "Anthony,Maxime,Romain,Jérémy,Guillaume,Benjamin,Florian,Mathieu,Clément,Antoine,Pierre,Lucas,Hugo,Théo,Enzo,"
    "Nathan,Louis,Mohamed,Mohammed,Karim,Samir,Rachid,Ahmed,Mustapha,Youssef,Ali,Omar,Hassan,Abdelkader,Saïd,Nabil,"
    "Farid,Khalid,Hakim,Bilal,Ibrahim,Mehdi,Yassine,Amine,Ismaël,Adam,Rayan,Ilyès,Walid,Sofiane,Djamel,Brahim,Abdou,"
    "Mamadou,Moussa,Ousmane,Amadou,Cheikh,Boubacar,Seydou,Abdoulaye,Issa,Mehmet,Mustafa,Murat,Hüseyin,Emre,Yusuf,Ömer,"
    "José,Manuel,Carlos,António,João,Paulo,Luis,Miguel,Ricardo,Pedro,Ivan,Dimitri,Sergueï,Piotr,Andrzej,Florin,Ion,"
    "Van Minh,Duc,Huy,Jean,Michel,Alain,Patrick,Gérard,Bernard,Daniel,Jacques,André,René,Claude,Marcel,Roger,Robert,"
    "Raymond,Georges,Henri,Paul,Maurice,Lucien,Roland,Guy,Gilbert,Jean-Pierre,Jean-Claude,Jean-Luc,Jean-Marc,"
    "Jean-Paul,Jean-François,Jean-Michel,Pierre-Yves,Paul-Henri,Thierry,Pascal,Éric,Bruno,Didier,Franck,Hervé,Denis,"
    "Dominique,Gilles,Yves,Marc,Luc,Vincent,François,Xavier,Emmanuel,Fabrice,Cédric,Ludovic,Arnaud,Grégory,Mickaël,"
    "Jonathan,Yoann,Damien,Adrien,Aurélien,Arthur,Baptiste,Bastien,Corentin,Dylan,Jordan,Steven,Bryan,Tony,Alexis,"
    "Quentin,Valentin,Victor,Simon,Samuel,Raphaël,Gabriel,Jules,Léo,Noé,Noah,Ethan,Sacha,Mathis,Matthis,Timéo,Tom,Axel,"
    "Gaëtan,Loïc,Erwan,Ronan,Yann,Gaël,Tristan,Rémi,Fabien,Sylvain,Cyril,Jérôme,Ahmad,Mahmoud,Hamza,Imran,Ayoub,"
    "Zakaria,Anis,Nassim,Malik,Idriss,Souleymane,Lamine,Ismaïl,Salim,Selim,Reda,Fouad,Jamal,Kamel,Mourad,Aziz,"
    "Abdelaziz,Marius,Martin,Justin,Lilian,Kylian,Killian,Evan,Nolan,Liam,Maël,Robin,Léon,Marin,Joël,Noël,Emile,"
    "Luca,Luka,Louka,Matteo,Mattéo,Mathéo,Milo,Malo,Naël,Noam,Oscar,Octave,Owen,Paulin,Tiago,Tim,Timothée,Titouan,"
    "Ulysse,Valère,Wassim,Yanis,Yanni,Yohan,Johan,Johann,Zinedine,Adem,Adel,Aimé,Alban,Albert,Alfred,Aloïs,Alphonse,"
    "Amaury,Anatole,Ange,Armand,Auguste,Augustin,Basile,Benoît,Bertrand,Camille,Charles,Côme,Cyprien,Cyrille,Donovan,"
    "Édouard,Éliott,Elias,Émilien,Erwann,Étienne,Eugène,Eliot,Fabio,Félix,Fernand,Firmin,Gaspard,Gauthier,Gautier,"
    "Georgio,Germain,Grégoire,Gustave,Harold,Hector,Honoré,Hugues,Hussein,Hassen,Isaac,Ivo,Jack,Jean-Baptiste,"
    "Jean-Jacques,Jean-Louis,Jean-Philippe,Jean-Yves,Joachim,Jocelyn,Joseph,Joris,Josué,Karl,Ken,Lassana,Lazare,Léandre,"
    "Léopold,Lény,Loan,Logan,Lorenzo,Lounès,Lubin,Mahdi,Marceau,Marco,Marvin,Matthieu,Max,Maximilien,Melvin,Medhi,Mike,"
    "Morgan,Nino,Norbert,Oumar,Oussama,Patrice,Raoul,Rayane,Régis,Renaud,Richard,Rodrigue,Romuald,Ruben,Ryan,Sami,Samy,"
    "Séraphin,Serge,Siméon,Soren,Stanislas,Stéphan,Swann,Tarek,Théodore,Théophile,Thibault,Thibaut,Virgile,Wael,"
    "William,Yacine,Youcef,Younes,Yvan,Yvon,Zacharie,Ethann,Lenny,Enza,Kenzo,Kaïs,Ilan,Ilian,Ilyan,Eden,Amir,Ayden"
)
COMMUNES = _liste(
    "Dijon,Chenôve,Talant,Beaune,Quetigny,Longvic,Chevigny-Saint-Sauveur,Fontaine-lès-Dijon,Saint-Apollinaire,"
    "Marsannay-la-Côte,Auxonne,Genlis,Is-sur-Tille,Nuits-Saint-Georges,Plombières-lès-Dijon,Perrigny-lès-Dijon,Ahuy,"
    "Montbard,Châtillon-sur-Seine,Semur-en-Auxois,Saint-Jean-de-Losne,Brazey-en-Plaine,Sennecey-lès-Dijon,Neuilly-lès-"
    "Dijon,Daix,Hauteville-lès-Dijon,Arc-sur-Tille,Gevrey-Chambertin,Couchey,Ouges,Bretenière,Magny-sur-Tille,Varois-et-"
    "Chaignot,Venarey-les-Laumes,Selongey,Mirebeau-sur-Bèze,Pontailler-sur-Saône,Seurre,Nolay,Arnay-le-Duc"
)
"""De la plus peuplée à la moins peuplée, à peu près."""
